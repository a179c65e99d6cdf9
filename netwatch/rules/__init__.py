"""Pure: does this reading break this rule?"""
