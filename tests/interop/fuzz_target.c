/* A small decoder of SMB2 IOCTL requests, for AFL++ and libFuzzer. It has one mistake, on purpose. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADER = 64, BODY = 56 };

static uint32_t get(const uint8_t *data, size_t place, int size) {
  uint32_t value = 0;
  while (size--) value = value << 8 | data[place + (size_t)size];
  return value;
}

static int dfs(const uint8_t *data, size_t size) {
  if (size < 4) return 1;
  if (get(data, 0, 2) > 4) return 2;
  for (size_t place = 2; place + 2 <= size; place += 2)
    if (get(data, place, 2) == 0) return place + 2 == size ? 3 : 4;
  return 5;
}

static int copychunk(const uint8_t *data, size_t size) {
  if (size < 32) return 6;
  uint32_t count = get(data, 24, 4);
  if (count > (size - 32) / 24) return 7;
  uint64_t total = 0;
  for (uint32_t index = 0; index < count; index++) total += get(data, 32 + 24 * (size_t)index + 16, 4);
  return total > 1 << 24 ? 8 : count > 16 ? 9 : 10;
}

static int negotiate(const uint8_t *data, size_t size) {
  if (size < 24) return 11;
  return get(data, 22, 2) == (size - 24) / 2 ? 12 : 13;
}

static int message(const uint8_t *data, size_t size) {
  if (size < HEADER + BODY || memcmp(data, "\xfeSMB\x40", 6)) return 14;
  if (get(data, 12, 2) != 11 || get(data, 16, 4) & 1) return 15;
  if (get(data, HEADER, 2) != 57) return 16;
  uint32_t offset = get(data, HEADER + 24, 4), count = get(data, HEADER + 28, 4);
  if (count) {
    if (offset < HEADER + BODY) return 17;
    if (offset + count > size) return 18; /* the mistake: in 32 bits the sum wraps */
    if (offset > size || count > size - offset) {
#ifdef SOUND
      return 24;
#else
      abort();
#endif
    }
  } else {
    offset = HEADER + BODY;
  }
  switch (get(data, HEADER + 4, 4)) {
    case 0x00060194: return dfs(data + offset, count);
    case 0x001440f2:
    case 0x001480f2: return copychunk(data + offset, count);
    case 0x00140204: return negotiate(data + offset, count);
    case 0x00144064: return count ? 19 : 20;
    case 0x0011c017: return count > 4096 ? 21 : 22;
    default: return 23;
  }
}

static int compound(const uint8_t *data, size_t size) {
  size_t start = 0;
  int sum = 0;
  do {
    uint32_t next = size - start >= HEADER ? get(data, start + 20, 4) : 0;
    size_t end = next >= HEADER && next < size - start ? start + next : size;
    sum += message(data + start, end - start);
    start = end;
  } while (start < size);
  return sum;
}

#ifdef LIBFUZZER

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  volatile int sink = compound(data, size);
  return sink == -1;
}

#else

#ifndef __AFL_LOOP /* without AFL++'s compiler: once */
#define __AFL_LOOP(times) (once++ == 0)
static int once;
#endif

int main(void) {
  static uint8_t data[1 << 20];
  volatile int sink = 0;
  while (__AFL_LOOP(10000)) {
    size_t size = 0;
    ssize_t got;
    while (size < sizeof data && (got = read(0, data + size, sizeof data - size)) > 0) size += (size_t)got;
    sink += compound(data, size);
  }
  return sink == -1;
}

#endif
