"""The original Cluster-Logic, run untouched and apart from us, to compare its answers with ours.

Nothing is imported here: the process in which the foreign code runs needs this package, and nothing of ``core``.
"""
