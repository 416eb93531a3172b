"""`tf2-lstm completion`: print the script with which a shell completes commands, options, choices and files."""


def add_arguments(parser):
    """Declare the arguments of `tf2-lstm completion`.

    Args:
        parser: the command's parser.
    """
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="the shell that reads the script")


def run(arguments):
    """Print the script; return the exit code.

    Args:
        arguments: the parsed arguments.
    """
    import shtab

    from tf2_lstm.cli.main import COMMANDS, parser_of

    print(shtab.complete(parser_of(COMMANDS), arguments.shell))
    return 0
