"""The site as people meet it: a real server, a real browser 390 px wide, both languages."""
