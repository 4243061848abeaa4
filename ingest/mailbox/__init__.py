"""Where applications arrive: the border to any mail server, and the pure decision of what is new
there.
"""
