"""Rules: files of rules, grounded once for each edition of a policy, and what can be read off them."""
