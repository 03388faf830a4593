#include "vectors.h"
#include <sleef.h>

#ifdef __AVX512F__
#define EXP_U10 Sleef_expf16_u10avx512f
#define TANH_U10 Sleef_tanhf16_u10avx512f
#define TANH_U35 Sleef_tanhf16_u35avx512f
#else
#define EXP_U10 Sleef_expf8_u10avx2
#define TANH_U10 Sleef_tanhf8_u10avx2
#define TANH_U35 Sleef_tanhf8_u35avx2
#endif

EACH(sleef_exp_u10, EXP_U10(x))
EACH(sleef_sigmoid_u10, SIGMOID(EXP_U10))
EACH(sleef_tanh_u10, TANH_U10(x))
EACH(sleef_tanh_u35, TANH_U35(x))
