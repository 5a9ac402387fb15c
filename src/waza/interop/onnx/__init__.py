"""ONNX: layers as native operators, written with the package `onnx` alone."""
