"""What Wireshark's `tshark` shows of IOCTL payloads, and what it is to show by our values."""
