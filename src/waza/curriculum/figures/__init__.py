"""The figures of single exercises, one idea a file; what reports share is in `waza.report`."""
