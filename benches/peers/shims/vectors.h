// One loop over vectors for functions of a vector, at the level that the compiler's flags name.
#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <string.h>

#ifdef __AVX512F__
#define AT_LEVEL(name) name##_avx512
#define LANES 16
typedef __m512 vector;
#define load _mm512_loadu_ps
#define store _mm512_storeu_ps
#define splat _mm512_set1_ps
#define add _mm512_add_ps
#define sub _mm512_sub_ps
#define divide _mm512_div_ps
#else
#define AT_LEVEL(name) name##_avx2
#define LANES 8
typedef __m256 vector;
#define load _mm256_loadu_ps
#define store _mm256_storeu_ps
#define splat _mm256_set1_ps
#define add _mm256_add_ps
#define sub _mm256_sub_ps
#define divide _mm256_div_ps
#endif

// dst[i] = expression, in which `x` is the vector of src[i].
#define EACH(name, expression)                                           \
    void AT_LEVEL(name)(const float *src, float *dst, size_t len) {      \
        size_t i = 0;                                                    \
        for (; i + LANES <= len; i += LANES) {                           \
            vector x = load(src + i);                                    \
            store(dst + i, expression);                                  \
        }                                                                \
        if (i < len) {                                                   \
            float rest[LANES] = {0};                                     \
            memcpy(rest, src + i, (len - i) * sizeof(float));            \
            vector x = load(rest);                                       \
            store(rest, expression);                                     \
            memcpy(dst + i, rest, (len - i) * sizeof(float));            \
        }                                                                \
    }

// 1 / (1 + e^-x), for libraries without a sigmoid.
#define SIGMOID(exp) divide(splat(1.0f), add(splat(1.0f), exp(sub(splat(0.0f), x))))
