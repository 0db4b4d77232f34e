"""Text messages by Twilio: the adapter (`client`), its signed callbacks (`callbacks`), and a simulated Twilio."""
