"""Cases put to the policies: what they come to, what they show of the rules, what they would miss."""
