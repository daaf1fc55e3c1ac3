def builtin():
    return iter(())


def describe(p):
    raise NotImplementedError
