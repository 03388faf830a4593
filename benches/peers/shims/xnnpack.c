// XNNPACK's operators, created once a thread and set up anew for every call, without a thread pool.
#include <stdlib.h>
#include <xnnpack.h>

static void check(enum xnn_status status) {
    if (status != xnn_status_success) abort();
}

#ifdef UNARY_ELEMENTWISE  // Since 2024: one operator for all functions.

static void run(xnn_operator_t *op, enum xnn_unary_operator function, const float *src, float *dst, size_t len) {
    if (!*op) {
        check(xnn_initialize(NULL));
        check(xnn_create_unary_elementwise_nc(
            function, xnn_datatype_fp32, xnn_datatype_fp32, NULL, NULL, NULL, 0, op));
    }
    check(xnn_reshape_unary_elementwise_nc(*op, len, 1, 1, 1, NULL));
    check(xnn_setup_unary_elementwise_nc(*op, src, dst));
    check(xnn_run_operator(*op, NULL));
}

void xnnpack_exp(const float *src, float *dst, size_t len) {
    static _Thread_local xnn_operator_t op;
    run(&op, xnn_unary_exp, src, dst, len);
}

void xnnpack_sigmoid(const float *src, float *dst, size_t len) {
    static _Thread_local xnn_operator_t op;
    run(&op, xnn_unary_sigmoid, src, dst, len);
}

void xnnpack_tanh(const float *src, float *dst, size_t len) {
    static _Thread_local xnn_operator_t op;
    run(&op, xnn_unary_tanh, src, dst, len);
}

#else  // Until 2023: of the three functions only sigmoid.

void xnnpack_sigmoid(const float *src, float *dst, size_t len) {
    static _Thread_local xnn_operator_t op;
    if (!op) {
        check(xnn_initialize(NULL));
        check(xnn_create_sigmoid_nc_f32(1, 1, 1, 0, &op));
    }
    check(xnn_setup_sigmoid_nc_f32(op, len, src, dst, NULL));
    check(xnn_run_operator(op, NULL));
}

#endif
