"""``python -m smb2ioctl_codec`` is the command line ``smb2ioctl``."""

from smb2ioctl_codec.cli import run

if __name__ == "__main__":
    run()
