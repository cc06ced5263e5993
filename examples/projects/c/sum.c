/* Two threads add numbers under one lock: a project with a gate on what that costs. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

#define ITEMS 200000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t sum;

static void *add(void *unused)
{
    (void)unused;
    for (uint64_t i = 1; i <= ITEMS; i++) {
        pthread_mutex_lock(&lock);
        sum += i;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, add, NULL))
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("%llu\n", (unsigned long long)sum);
    return sum != (uint64_t)ITEMS * (ITEMS + 1);
}
