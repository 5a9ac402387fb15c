"""Variational autoencoders of images."""
