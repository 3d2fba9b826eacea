"""For those who write policies: laws proven, editions compared, rules linted, cases run, folders begun."""
