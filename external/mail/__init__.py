"""Mail by SMTP: the adapter (`client`), and a simulated server that shows what it was given (`simulator`)."""
