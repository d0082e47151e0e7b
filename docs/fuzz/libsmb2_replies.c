/* A fuzz target for AFL++ and libFuzzer: gives a frame to the client side of libsmb2 as the reply to IOCTL requests. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/types.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "compat.h"
#include "slist.h"
#include "smb2.h"
#include "libsmb2.h"
#include "libsmb2-raw.h"
#include "libsmb2-private.h"

enum { HEAD = 4, HEADER = 64, NEXT_COMMAND = 20, MESSAGE_ID = 24, MOST_MESSAGES = 16, LONGEST = 1 << 16 };

static void replied(struct smb2_context *smb2, int status, void *reply, void *unused)
{
    struct smb2_ioctl_reply *ioctl = reply;

    (void)unused;
    if ((uint32_t)status < SMB2_STATUS_SEVERITY_ERROR && status != (int)SMB2_STATUS_STOPPED_ON_SYMLINK && ioctl->output_count)
        smb2_free_data(smb2, ioctl->output);
}

/* Have a request wait for each message of the frame, under the id that is in the message. */
static void expect(struct smb2_context *smb2, const uint8_t *frame, size_t size)
{
    struct smb2_ioctl_request request = { .ctl_code = SMB2_FSCTL_PIPE_TRANSCEIVE };
    uint32_t next = 0;
    size_t at = HEAD;

    for (int count = 0; count < MOST_MESSAGES && at + HEADER <= size; count++) {
        struct smb2_pdu *pdu = smb2_cmd_ioctl_async(smb2, &request, replied, NULL);
        memcpy(&pdu->header.message_id, frame + at + MESSAGE_ID, sizeof(pdu->header.message_id));
        SMB2_LIST_ADD_END(&smb2->waitqueue, pdu);
        memcpy(&next, frame + at + NEXT_COMMAND, sizeof(next));
        if (!next)
            return;
        at += next;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *frame, size_t size)
{
    int ends[2];
    struct smb2_context *smb2;

    if (size < HEAD || size > LONGEST || socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
        return 0;
    smb2 = smb2_init_context();
    smb2->fd = ends[0];
    expect(smb2, frame, size);
    if (write(ends[1], frame, size) == (ssize_t)size) {
        close(ends[1]);
        while (smb2_service(smb2, POLLIN) == 0)
            ;
    }
    smb2_destroy_context(smb2);
    return 0;
}
