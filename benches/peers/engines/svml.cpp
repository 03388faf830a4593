// Loops over functions of SVML's variant and level, which svml.py names as the compiler would that
// this library comes with. Its own choice of a level asks for the vendor of the processor.
// FUNCTIONS is a header of lines such as LOOP(sigmoid, 1 / (1 + expf(-x))), for map_sigmoid.

#include <cstddef>

typedef float v __attribute__((vector_size(4 * LANES)));
typedef float unaligned __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

#define JOIN(name, lanes, variant, level) __svml_##name##lanes##variant##level
#define SVML(name, lanes, variant, level) JOIN(name, lanes, variant, level)
#define expf SVML(expf, LANES, VARIANT, LEVEL)
#define expm1f SVML(expm1f, LANES, VARIANT, LEVEL)
#define log1pf SVML(log1pf, LANES, VARIANT, LEVEL)
#define tanhf SVML(tanhf, LANES, VARIANT, LEVEL)
#define erff SVML(erff, LANES, VARIANT, LEVEL)
#define cdfnormf SVML(cdfnormf, LANES, VARIANT, LEVEL)

extern "C" {

v expf(v);
v expm1f(v);
v log1pf(v);
v tanhf(v);
v erff(v);
v cdfnormf(v);

static inline v max(v a, float b) { return a > b ? a : b - (v){}; }
static inline v min(v a, float b) { return a < b ? a : b - (v){}; }
static inline v magnitude(v a) { return a < 0 ? -a : a; }

#define LOOP(name, formula)                                                                    \
    static inline v name##_of(v x, v up) { return formula; }                                   \
    void map_##name(const float *src, const float *other, float *dst, size_t len) {              \
        size_t i = 0;                                                                          \
        for (; i + LANES <= len; i += LANES)                                                   \
            *(unaligned *)(dst + i) =                                                          \
                name##_of(*(const unaligned *)(src + i), *(const unaligned *)(other + i));     \
        if (i == len)                                                                          \
            return;                                                                            \
        v x = {}, up = {};                                                                     \
        for (size_t j = i; j < len; j++)                                                       \
            x[j - i] = src[j], up[j - i] = other[j];                                           \
        v y = name##_of(x, up);                                                                \
        for (size_t j = i; j < len; j++)                                                       \
            dst[j] = y[j - i];                                                                 \
    }

#include FUNCTIONS
}
