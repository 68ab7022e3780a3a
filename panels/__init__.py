"""The windows: each panel turns a reading into plain data, which one template in `site/` draws."""
