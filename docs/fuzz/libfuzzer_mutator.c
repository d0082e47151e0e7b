/* The mutator for a target of libFuzzer in C or C++: Python, embedded.

     clang -g -fsanitize=fuzzer target.c libfuzzer_mutator.c $(python3-config --embed --cflags --ldflags) -o target
     PYTHONPATH=... ./target corpus

   libFuzzer's own mutations are left out; where Python fails, the fuzzer ends. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

static PyObject *find(const char *name) {
  if (!Py_IsInitialized()) Py_InitializeEx(0);
  PyObject *module = PyImport_ImportModule("smb2ioctl_codec.fuzz");
  PyObject *found = module ? PyObject_GetAttrString(module, name) : NULL;
  Py_XDECREF(module);
  return found;
}

static size_t take(PyObject *made, uint8_t *out, size_t room) {
  char *bytes;
  Py_ssize_t size;
  if (!made || PyBytes_AsStringAndSize(made, &bytes, &size) || (size_t)size > room) {
    PyErr_Print();
    abort();
  }
  memcpy(out, bytes, (size_t)size);
  Py_DECREF(made);
  return (size_t)size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed) {
  static PyObject *mutate;
  if (!mutate) mutate = find("custom_mutator");
  return take(mutate ? PyObject_CallFunction(mutate, "y#nI", data, (Py_ssize_t)size, (Py_ssize_t)room, seed) : NULL,
              data, room);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second, size_t second_size,
                                 uint8_t *out, size_t room, unsigned int seed) {
  static PyObject *cross;
  if (!cross) cross = find("custom_crossover");
  return take(cross ? PyObject_CallFunction(cross, "y#y#nI", first, (Py_ssize_t)first_size, second,
                                            (Py_ssize_t)second_size, (Py_ssize_t)room, seed) : NULL,
              out, room);
}
