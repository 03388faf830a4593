#include <Eigen/Core>

namespace {

template <typename Function>
void each(const float *src, float *dst, size_t len, Function function) {
    const auto length = static_cast<Eigen::Index>(len);
    Eigen::Map<Eigen::ArrayXf>(dst, length) = function(Eigen::Map<const Eigen::ArrayXf>(src, length));
}

}  // namespace

extern "C" {

void eigen_exp(const float *src, float *dst, size_t len) {
    each(src, dst, len, [](const auto &x) { return x.exp(); });
}

void eigen_sigmoid(const float *src, float *dst, size_t len) {
    each(src, dst, len, [](const auto &x) { return x.logistic(); });
}

void eigen_tanh(const float *src, float *dst, size_t len) {
    each(src, dst, len, [](const auto &x) { return x.tanh(); });
}

void eigen_softmax(const float *src, float *dst, size_t rows, size_t cols) {
    const auto length = static_cast<Eigen::Index>(cols);
    for (size_t row = 0; row < rows; ++row) {
        const Eigen::Map<const Eigen::ArrayXf> x(src + row * cols, length);
        Eigen::Map<Eigen::ArrayXf> y(dst + row * cols, length);
        y = (x - x.maxCoeff()).exp();
        y *= 1 / y.sum();
    }
}
}
