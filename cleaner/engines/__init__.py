"""Where kernels run; an engine moves data and never decides anything."""
