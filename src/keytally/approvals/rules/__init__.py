"""Pure rules of approvals: what a workflow is, who decides a request, how long a step may take."""
