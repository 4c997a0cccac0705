"""Work items of every capability: subject, owner, deadline, state and reason; the page "today".

Owns the words work item and worklist.
"""
