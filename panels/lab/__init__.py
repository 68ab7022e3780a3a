"""The lab, every panel on one Gradio screen: `demo.py` opens it. No other room knows Gradio."""
