"""The project's fuzzer: damaged inputs for every reader and command, and how each of them ended.

`make fuzz N=1000` feeds inputs of all kinds; `python -m fuzz --help` lists the options. An input follows from its kind
and its seed, so that each finding is repeated by the command that is printed with it.
"""
