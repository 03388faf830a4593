// glibc's vector functions, under the names that the x86-64 vector ABI gives them.
#include "vectors.h"

#ifdef __AVX512F__
#define EXP _ZGVeN16v_expf
#define TANH _ZGVeN16v_tanhf
#else
#define EXP _ZGVdN8v_expf
#define TANH _ZGVdN8v_tanhf
#endif

vector EXP(vector);
vector TANH(vector);

EACH(libmvec_exp, EXP(x))
EACH(libmvec_sigmoid, SIGMOID(EXP))
EACH(libmvec_tanh, TANH(x))
