"""The table of operations."""

#: Kinds of operations that hold a variable.
VARIABLES = ("VariableV2", "Variable", "VarHandleOp", "AutoReloadVariable")
