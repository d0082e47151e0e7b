"""Our server side against programs that others wrote."""
