"""Ways in: parse, call one engine verb, render. No rules, no vendors."""
