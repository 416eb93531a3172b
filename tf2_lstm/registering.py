"""Keras learns the classes of the package as soon as it is imported; `import tf2_lstm` alone imports nothing."""

import sys


class AfterKeras:
    """Finds the module `keras` for Python's import system and has the classes registered behind it.

    A process that imports a file of the classes first, and Keras by it, registers that file's classes alone, as any
    package of Keras layers does; the registration must not run in the middle of that file.

    Args:
        register: called without arguments after Keras was imported.
        classes: the names of the modules that hold the classes.

    Example:
        ```python
        import sys
        from tf2_lstm.registering import AfterKeras

        finder = AfterKeras(lambda: print("registered"), {"tf2_lstm.unroll"})
        sys.meta_path.insert(0, finder)
        assert finder.find_spec("json") is None
        sys.meta_path.remove(finder)
        ```
    """

    def __init__(self, register, classes):
        self.register, self.classes = register, classes

    def find_spec(self, name, path=None, target=None):
        """Return the spec of Keras with the registration behind its execution, None for every other module."""
        if name != "keras":
            return None
        others = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
        spec = next((found for found in others if found is not None), None)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module
            spec.loader.exec_module = lambda module: self._then_register(execute, module)
        return spec

    def _then_register(self, execute, module):
        execute(module)
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        if hasattr(module, "KerasTensor") and not self.classes & sys.modules.keys():
            self.register()


def register_with_keras(register, classes):
    """Register the classes now if Keras is imported already, else when it is.

    Args:
        register: a function without arguments that imports the classes.
        classes: the names of the modules that hold the classes.

    Example:
        ```python
        from tf2_lstm.registering import register_with_keras

        import keras

        register_with_keras(lambda: print("registered"), set())
        ```
    """
    if hasattr(sys.modules.get("keras"), "KerasTensor"):
        register()
    else:
        sys.meta_path.insert(0, AfterKeras(register, classes))
