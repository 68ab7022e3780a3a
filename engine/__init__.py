"""Many visitors, few models, some processes; the files stand here as a request meets them.

`process` is what it comes to: the models and the helpers. `crew` hands it to a helper, a copy of
the process from the `nursery`, `cluster` to one on another machine; else a thread here does it. In
`shelf` are the models: one not open yet is opened meanwhile, within the bytes of `memory`. `turns`:
one thread at a time does Python's work, and makes way while it needs the model. In `engine` all
wait for that; what waits at one moment is one pass, bounded in texts and positions; `cores` says
which thread computes on what, `leaving` who waits no longer, `tally` what was done. What `kept`
holds is shared: a text is read once, and so is what two texts begin with. `together` computes the
pass, on the bare layers of `steps`: each weight is read once for all. All can be computed anew.
"""
