"""What worked before and who can help now: cases, techniques, facts, objections, the support centre, value given.

Owns the words playbook entry, support question, expert and value given.
"""
