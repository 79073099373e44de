"""OpenID AuthZEN Authorization API 1.0: the wire, without any policy.

Pure Python. It decodes strictly, knows evaluation, evaluations, the searches,
paging and metadata, and asks whatever policy it is given.
"""
