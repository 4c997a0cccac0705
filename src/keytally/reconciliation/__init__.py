"""Two sides tallied: matches, residuals and the bridge; owns reconciliation, residual and bridge."""
