/* predict.h - ask the reader first, then let the stage's real code answer
 *
 * Each stage has a program here, NN.c or kNN.c, of five questions that get
 * harder. `make predict-NN` links it with the stage's code and runs it. The
 * numbers in the questions are fresh ones each time; SEED=n repeats them. The
 * right answer is not written down anywhere: it is what the code does.
 */
#ifndef PREDICT_H
#define PREDICT_H

#include <stddef.h>

/* The first call of a program; the seed is its argument. */
void predict_start(int argc, char **argv);

/* A fresh number, from low to high. */
size_t pick(size_t low, size_t high);

/* Fill order with the numbers from 0 to count - 1, in a fresh order. */
void shuffle(int *order, int count);

/* Print a question whose answer is a whole number, and read the reader's. */
void ask(const char *question, ...) __attribute__((format(printf, 1, 2)));

/* Run the code that answers it, in a process of its own, where nothing has been
 * allocated yet and no kernel started. Print what it returned, and why that is
 * so. */
void answer(long (*run)(void), const char *why, ...)
    __attribute__((format(printf, 2, 3)));

/* The last call: print how many were right. It is what main() returns. */
int predict_end(void);

#endif
