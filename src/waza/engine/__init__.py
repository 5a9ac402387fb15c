"""The training loop: compiled programs, their layout on devices, segments, checkpoints."""
