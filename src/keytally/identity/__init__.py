"""Who is at the door: how people and programs get in, prove who they are, and are let go.

It owns the words log-in, second factor, password link, identity (who someone is at another system), log-in session
and API token; the people themselves are core's.
"""
