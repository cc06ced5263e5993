// Goroutines asked contend's six questions; docs/adding-a-reference.md has the protocol.
//
//	units QUESTION goroutine COUNT TIME_NS MORE
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

var begin = time.Now()

// Of the monotonic clock, since the program began.
func now() int64 { return int64(time.Since(begin)) }

func say(line map[string]interface{}) {
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

// Means of `batch` calls each, until the time is over; the first quarter warms up.
func sample(limit int64, batch int, one func(batch int)) []float64 {
	var samples []float64
	for start := now(); len(samples) < 5 || (now()-start < limit && len(samples) < 300); {
		t0 := now()
		one(batch)
		if t1 := now(); t1-start > limit/4 {
			samples = append(samples, float64(t1-t0)/float64(batch))
		}
	}
	return samples
}

func each(count int, body func(i int)) {
	var all sync.WaitGroup
	all.Add(count)
	for i := 0; i < count; i++ {
		go func(i int) {
			body(i)
			all.Done()
		}(i)
	}
	all.Wait()
}

func startup(count int, limit int64, batch int) {
	lifecycles := sample(limit, batch/count+1, func(batch int) {
		for k := 0; k < batch; k++ {
			each(count, func(int) {})
		}
	})
	for i := range lifecycles {
		lifecycles[i] /= float64(count)
	}
	say(map[string]interface{}{"lifecycle_ns": lifecycles})
	first := make(chan int64)
	var starts []int64
	for i := 0; count == 1 && i < 300; i++ {
		t0 := now()
		go func() { first <- now() }()
		starts = append(starts, <-first-t0)
	}
	if count == 1 {
		say(map[string]interface{}{"startup_ns": starts[20:]})
	}
}

func memory(less, more int) {
	input := bufio.NewReader(os.Stdin)
	gate := make(chan bool)
	var all, ready sync.WaitGroup
	for made := 0; made < more; {
		for level := less; made < level; made++ {
			all.Add(1)
			ready.Add(1)
			go func() {
				ready.Done()
				<-gate
				all.Done()
			}()
		}
		ready.Wait()
		time.Sleep(10 * time.Millisecond)
		say(map[string]interface{}{"ready": made})
		if _, err := input.ReadString('\n'); err != nil {
			return
		}
		less = more
	}
	close(gate)
	all.Wait()
}

func swap(limit int64, batch int) {
	there, back := make(chan bool), make(chan bool)
	go func() {
		for range there {
			back <- true
		}
	}()
	turns := sample(limit, batch, func(batch int) {
		for k := 0; k < batch; k++ {
			there <- true
			<-back
		}
	})
	close(there)
	for i := range turns {
		turns[i] /= 2
	}
	say(map[string]interface{}{"switch_ns": turns})
}

func future(limit int64, batch int) {
	ops, sum := int64(0), int64(0)
	times := sample(limit, batch, func(batch int) {
		for k := 0; k < batch; k++ {
			ops++
			value := make(chan int64, 1)
			go func(n int64) { value <- n }(ops)
			sum += <-value
		}
	})
	say(map[string]interface{}{"future_ns": times})
	say(map[string]interface{}{"ops": ops, "sum": sum})
}

func smallestDivisor(n int64) int64 {
	if n%2 == 0 {
		return 2
	}
	for d := int64(3); d*d <= n; d += 2 {
		if n%d == 0 {
			return d
		}
	}
	return 1
}

func compute(count int, limit, number int64) {
	units := make([][4]int64, count)
	gate := make(chan bool)
	var ready, all sync.WaitGroup
	ready.Add(count)
	all.Add(count)
	for i := range units {
		go func(u *[4]int64) {
			ready.Done()
			<-gate
			u[0] = now()
			for u[1] = u[0]; u[1]-u[0] < limit; u[1] = now() {
				for k := 0; k < 10; k++ {
					u[3] += smallestDivisor(number)
					u[2]++
				}
			}
			all.Done()
		}(&units[i])
	}
	ready.Wait()
	close(gate)
	all.Wait()
	for _, u := range units {
		say(map[string]interface{}{"unit": u})
	}
}

func sleepers(count int, duration int64) {
	woken := int64(0)
	t0 := now()
	each(count, func(int) {
		time.Sleep(time.Duration(duration))
		atomic.AddInt64(&woken, 1)
	})
	say(map[string]interface{}{"slept": []int64{t0, now(), woken}})
}

func mixed(count int, limit, period int64) {
	var over int32
	computed := make([]int64, count-1)
	var all sync.WaitGroup
	all.Add(count - 1)
	for i := range computed {
		go func(done *int64) {
			for atomic.LoadInt32(&over) == 0 {
				smallestDivisor(1000003)
				*done++
			}
			all.Done()
		}(&computed[i])
	}
	late := []int64{}
	for start := now(); len(late) < 3 || now()-start < limit; {
		t0 := now()
		time.Sleep(time.Duration(period))
		late = append(late, now()-t0-period)
	}
	atomic.StoreInt32(&over, 1)
	all.Wait()
	say(map[string]interface{}{"io_latency_ns": late})
	say(map[string]interface{}{"computed": computed})
}

func main() {
	var number [3]int64
	for i := range number {
		number[i], _ = strconv.ParseInt(os.Args[3+i], 10, 64)
	}
	count, limit, more := int(number[0]), number[1], number[2]
	switch os.Args[1] {
	case "startup":
		startup(count, limit, int(more))
	case "memory":
		memory(count, int(more))
	case "switch":
		swap(limit, int(more))
	case "future":
		future(limit, int(more))
	case "compute":
		compute(count, limit, more)
	case "sleepers":
		sleepers(count, limit)
	case "mixed":
		mixed(count, limit, more)
	}
	say(map[string]interface{}{"end": true})
}
