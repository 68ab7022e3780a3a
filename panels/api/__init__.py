"""The HTTP API: the panels' numbers for programs, with a document and a page made of its types.

`questions` and `answers` are the types. `calls` goes from the one to the other: `looking` at a
screen, `computing` and `comparing` what panels show; `writing` does so token by token. `refusals`
says why not, in the words of `bounds`; `document` and `reference` tell it all, `examples` are run.
"""
