"""What stands between the network and the lab: addresses, a gate, limits, headers, plain errors.

Nothing here knows Gradio's Python; only `gradio_page` and `gate` know the addresses it answers.
"""
