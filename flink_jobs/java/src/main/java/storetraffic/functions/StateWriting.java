package storetraffic.functions;

import java.io.IOException;
import org.apache.flink.core.memory.DataOutputView;

/** An accumulator that writes itself into state. */
interface StateWriting {
    void write(DataOutputView target) throws IOException;
}
