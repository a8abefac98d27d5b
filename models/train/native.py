"""C beside the Python: built at the first use, without which the same is done in PyTorch."""
import ctypes, os, platform, subprocess, tempfile


def build(source, **macros):
    """The library of train/`source`, or None where there is no compiler."""
    library = os.path.join(tempfile.mkdtemp(), "train.so")
    flags = [f"-D{k}={v}" for k, v in macros.items()]
    if platform.machine() == "x86_64":
        flags.append("-mprefer-vector-width=512")        # where there are such vectors
    try:
        subprocess.run(["cc", "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", *flags, os.path.join(os.path.dirname(__file__), source),
                        "-o", library, "-lm"], check=True)
        return ctypes.CDLL(library)
    except (OSError, subprocess.CalledProcessError):
        return None


def pointers(*tensors):
    return [ctypes.c_void_p(t.data_ptr()) for t in tensors]


def runs(library, tensor):
    return library is not None and tensor.device.type == "cpu" and str(tensor.dtype) == "torch.float32"
