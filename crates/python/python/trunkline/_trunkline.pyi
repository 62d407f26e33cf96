from types import ModuleType

__version__: str

# What is in it is described by the stubs of trunkline.protocol.
protocol: ModuleType
