"""The peer of the classroom: a plain Gradio app that calls `transformers` for every event.

`python benchmarks/plain_app.py FOLDER PORT`. The model reads the whole text anew at each step; one
token is drawn and appended, the likeliest ten are shown.
"""

from __future__ import annotations

import sys

import gradio as gr
import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

folder, port = sys.argv[1], int(sys.argv[2])
model = GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32).eval()  # type: ignore[no-untyped-call]
tokenizer = AutoTokenizer.from_pretrained(folder)


def step(text: str) -> tuple[str, dict[str, float]]:
    ids = tokenizer(text, return_tensors="pt").input_ids
    with torch.no_grad():
        probabilities = model(ids).logits[0, -1].softmax(-1)
    best = probabilities.topk(10)
    pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
    shown = {str(tokenizer.decode([token])): share for token, share in pairs}
    return text + str(tokenizer.decode(probabilities.multinomial(1))), shown


with gr.Blocks() as demo:
    text, likely, add = gr.Textbox(), gr.Label(), gr.Button("Add")
    add.click(step, text, [text, likely])

demo.launch(server_name="127.0.0.1", server_port=port, ssr_mode=False, quiet=True)
