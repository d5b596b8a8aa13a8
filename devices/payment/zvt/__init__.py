"""Card terminals that speak ZVT (PA00P015, PA00P016), over TCP or a serial line.

apdu, fields: what is on the wire; tcp, serial_line: how it gets there; words: what codes mean; messages: what is asked
and answered; session: one command from its first byte to its last; memory: what became of a payment, told from the
terminal's last receipt; holding: an approval that waits for the goods; terminal: the port.
"""
