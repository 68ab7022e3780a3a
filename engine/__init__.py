"""Many visitors, few models, some processes; the files stand here as a request meets them.

`crew` hands it to a helper, a copy of the process, or to a thread here: a helper is asked so much
at once, the rest waits in its line. `shelf` has the models: one not open yet is opened meanwhile,
within the bytes of `memory`. `turns`: one thread at a time does Python's work, and makes way for
the next while it needs the model. In `engine` all wait for that, and what waits at one moment is
one pass, bounded in texts and positions; `cores` says which thread computes on what, `leaving` who
no longer waits. What `kept` holds, bounded in bytes, is shared: the same text is read once, and so
is what two texts begin with. `together` computes the pass, on the bare layers of `steps`, and every
weight is read from memory once for all. Nothing kept is needed: any answer can be computed anew.
"""
