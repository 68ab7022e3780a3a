"""How the bundled model is made: corpus → tokenizer → token files → training → evaluation → export.

`python -m gpt.training --help` lists the commands; each is one module of this package.
"""
